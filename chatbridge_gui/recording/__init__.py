"""What went over the wire, kept in a file and played again as a tavern: for bug reports (docs/recording.md)."""
