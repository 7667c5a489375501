"""What is done with single messages of the chat."""
