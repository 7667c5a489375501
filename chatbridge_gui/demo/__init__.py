"""A scripted tavern that speaks the real protocol over a real socket, for trying the program without SillyTavern."""

from chatbridge_gui.demo.tavern import DemoTavern, start

__all__ = ["DemoTavern", "start"]
