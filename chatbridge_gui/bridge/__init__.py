"""The asyncio side: listening, who may enter, the peers, routing, and the background thread it all runs in."""
