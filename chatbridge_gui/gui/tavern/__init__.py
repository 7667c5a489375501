"""The SillyTaverns as the window knows them, and what it asks of them. No Tk in here."""
