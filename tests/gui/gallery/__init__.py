"""Pictures of the window in every state, in both languages and themes and at several sizes.

    PYTHONPATH=.:tests xvfb-run -a -s "-screen 0 2560x1600x24 -dpi 96" python -m gui.gallery FOLDER [--only STATE...]

A state is one function in `states.py`; what it is given is a window in front of a scripted hub.
"""
