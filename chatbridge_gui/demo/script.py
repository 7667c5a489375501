"""What the demo's character says."""

from typing import Final

USER: Final = "You"
CHARACTER: Final = "Seraphina"

GREETING: Final = (
    "*You wake to birdsong and the smell of warm bread. A woman with rose-coloured hair looks up from her book.* "
    '"Good morning, traveller. This is only a demo of ChatBridge: there is no language model behind me. '
    'But write me something below, and see how an answer grows."'
)

REPLIES: Final = (
    '*She tilts her head and listens.* "So you said: {text}. I like the sound of that. '
    'Every word I say travels here through a WebSocket, a few letters at a time, as it would from SillyTavern."\n\n'
    "*Outside, the wind moves through the glade; somewhere a small bell rings.* "
    '"Try *Regenerate*, and I will answer differently. Or press *Stop* while I am still talking."',
    '"{text}" *she repeats slowly, as if tasting the words.* "When you connect a real SillyTavern, '
    'your own characters will sit here in my place, and everything you see in its tab you will see in this window."\n\n'
    '*She pours two cups of tea and pushes one across the table.* "你好, 😀 and `code` come through whole, too."',
    "*Seraphina laughs softly.* \"You wrote {text}, didn't you? Other programs could read along right now: "
    'a bot, a subtitle for a stream, a phone. They would all see the same chat as you."\n\n'
    '"Press *Install extension…* when you are ready for the real thing."',
)
