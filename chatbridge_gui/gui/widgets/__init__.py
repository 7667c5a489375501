"""What every panel is made of: how things look, and widgets that know nothing of chats."""
