"""SillyTavern's own events: what each tells, to which category it belongs, and what the user must grant for it.

The names are SillyTavern's keys in `eventTypes` (of 1.19). How the arguments are cut down to what is said here stands
in extension/src/projections.js; whatever is not named here stays in the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Category: TypeAlias = Literal[
    "messages",
    "generation",
    "prompts",
    "chats",
    "groups",
    "characters",
    "personas",
    "settings",
    "world_info",
    "media",
    "app",
]
"""Subscribe to all of one by `events:` and its name."""


@dataclass(frozen=True, slots=True)
class EventSpec:
    """One event. `args` has a line for each argument that leaves the page."""

    name: str
    category: Category
    args: tuple[str, ...] = ()
    permission: Literal["read", "prompts"] = "read"
    alias: bool = False
    """Another name for an event that stands here already; had by this name alone."""


_INDEX = "the message's index"
_PLACE = "world, uid and comment of each entry"
_CHARACTER = "`detail`: `id` (its index) and `character` (name, avatar)"
_CALLS = "of each call: id, name, displayName, parameters, result"
_STARTED = (
    "what is generated; null is as `normal`",
    "automatic_trigger, force_chid, quietToLoud, skipWIAN",
    "whether only the prompt is built",
)


def _rows(category: Category, permission: Literal["read", "prompts"], **rows: tuple[str, ...]) -> tuple[EventSpec, ...]:
    return tuple(EventSpec(name, category, args, permission) for name, args in rows.items())


_SPECS: Final = (
    *_rows(
        "messages",
        "read",
        MESSAGE_SENT=(_INDEX,),
        MESSAGE_RECEIVED=(_INDEX, "what made it: `normal`, `swipe`, `first_message`, `command` …"),
        USER_MESSAGE_RENDERED=(_INDEX,),
        CHARACTER_MESSAGE_RENDERED=(_INDEX, "what made it"),
        MESSAGE_EDITED=(_INDEX,),
        MESSAGE_UPDATED=(_INDEX,),
        MESSAGE_DELETED=("how many messages are left",),
        MESSAGE_SWIPED=(_INDEX,),
        MESSAGE_SWIPE_DELETED=("messageId, swipeId, newSwipeId",),
        MESSAGE_FILE_EMBEDDED=(_INDEX,),
        MESSAGE_REASONING_EDITED=(_INDEX,),
        MESSAGE_REASONING_DELETED=(_INDEX,),
        MORE_MESSAGES_LOADED=(),
    ),
    *_rows(
        "generation",
        "read",
        GENERATION_STARTED=_STARTED,
        GENERATION_AFTER_COMMANDS=_STARTED,
        GENERATION_STOPPED=(),
        GENERATION_ENDED=("how many messages the chat has",),
        STREAM_TOKEN_RECEIVED=("the length of the text so far, in UTF-16 units; `stream_update` brings the text",),
        STREAM_REASONING_DONE=("the reasoning", "its milliseconds", _INDEX, "`done` or `hidden`"),
        IMPERSONATE_READY=("the text",),
        TOOL_CALLS_PERFORMED=(_CALLS,),
        TOOL_CALLS_RENDERED=(_CALLS,),
    ),
    EventSpec("SMOOTH_STREAM_TOKEN_RECEIVED", "generation", ("as `STREAM_TOKEN_RECEIVED`, which it is",), alias=True),
    *_rows(
        "prompts",
        "prompts",
        GENERATE_BEFORE_COMBINE_PROMPTS=("api, char, user, main, description, personality, scenario",),
        GENERATE_AFTER_COMBINE_PROMPTS=("prompt, dryRun",),
        GENERATE_AFTER_DATA=("prompt: a text, or role, name and content of each message", "whether it is a dry run"),
        CHAT_COMPLETION_PROMPT_READY=("chat: role, name and content of each message; dryRun",),
        CHAT_COMPLETION_SETTINGS_READY=("type, model, stream, sampling, and messages as above",),
        TEXT_COMPLETION_SETTINGS_READY=("type, model, stream, sampling, and prompt",),
        SD_PROMPT_PROCESSING=("prompt, generationType, message, trigger",),
    ),
    *_rows(
        "prompts",
        "read",
        ITEMIZED_PROMPTS_LOADED=("chatId",),
        ITEMIZED_PROMPTS_SAVED=("chatId",),
        ITEMIZED_PROMPTS_DELETED=("chatId, all",),
    ),
    *_rows(
        "chats",
        "read",
        CHAT_CHANGED=("the chat's id; null: none is open",),
        CHAT_LOADED=(_CHARACTER,),
        CHAT_CREATED=(),
        CHAT_DELETED=("the chat's name",),
        CHAT_RENAMED=("avatarId, groupId, oldFileName, newFileName",),
    ),
    *_rows(
        "groups",
        "read",
        GROUP_UPDATED=(),
        GROUP_CHAT_CREATED=(),
        GROUP_CHAT_DELETED=("the chat's id",),
        GROUP_WRAPPER_STARTED=("selected_group, type",),
        GROUP_WRAPPER_FINISHED=("selected_group, type",),
        GROUP_MEMBER_DRAFTED=("the character's index",),
    ),
    *_rows(
        "characters",
        "read",
        CHARACTER_EDITED=(_CHARACTER,),
        CHARACTER_DELETED=("id (its index) and character (name, avatar)",),
        CHARACTER_RENAMED=("the old avatar", "the new one"),
        CHARACTER_RENAMED_IN_PAST_CHAT=("how many messages that chat has", "the old avatar", "the new one"),
        CHARACTER_DUPLICATED=("oldAvatar, newAvatar",),
        CHARACTER_EDITOR_OPENED=("the character's index",),
        CHARACTER_PAGE_LOADED=(),
        CHARACTER_FIRST_MESSAGE_SELECTED=("input, output, character (name, avatar)",),
        CHARACTER_MANAGEMENT_DROPDOWN=("what was chosen",),
        CHARACTER_GROUP_OVERLAY_STATE_CHANGE_BEFORE=("the state",),
        CHARACTER_GROUP_OVERLAY_STATE_CHANGE_AFTER=("the state",),
        OPEN_CHARACTER_LIBRARY=(),
    ),
    *_rows(
        "personas",
        "read",
        PERSONA_CHANGED=("the persona's avatar",),
        PERSONA_CREATED=("avatarId, name, title",),
        PERSONA_UPDATED=("the persona's avatar",),
        PERSONA_RENAMED=("avatarId, oldName, newName",),
        PERSONA_DELETED=("avatarId, name",),
    ),
    *_rows(
        "settings",
        "read",
        ONLINE_STATUS_CHANGED=("the status",),
        MAIN_API_CHANGED=("apiId",),
        CHATCOMPLETION_SOURCE_CHANGED=("the source",),
        CHATCOMPLETION_MODEL_CHANGED=("the model",),
        PRESET_CHANGED=("apiId, name",),
        PRESET_DELETED=("apiId, name",),
        PRESET_RENAMED=("apiId, oldName, newName",),
        PRESET_RENAMED_BEFORE=("apiId, oldName, newName",),
        OAI_PRESET_CHANGED_BEFORE=("presetName",),
        OAI_PRESET_CHANGED_AFTER=(),
        OAI_PRESET_EXPORT_READY=(),
        OAI_PRESET_IMPORT_READY=("presetName",),
        CONNECTION_PROFILE_LOADED=("the profile's name",),
        CONNECTION_PROFILE_CREATED=("id, name",),
        CONNECTION_PROFILE_DELETED=("id, name",),
        CONNECTION_PROFILE_UPDATED=("id and name before", "id and name now"),
        SECRET_WRITTEN=("the secret's name",),
        SECRET_DELETED=("the secret's name",),
        SECRET_ROTATED=("the secret's name",),
        SECRET_EDITED=("the secret's name",),
        SETTINGS_LOADED_BEFORE=(),
        SETTINGS_LOADED_AFTER=(),
        SETTINGS_LOADED=(),
        SETTINGS_UPDATED=(),
        EXTENSION_SETTINGS_LOADED=(),
    ),
    *_rows(
        "world_info",
        "read",
        WORLD_INFO_ACTIVATED=(_PLACE,),
        WORLDINFO_UPDATED=("the book's name",),
        WORLDINFO_SETTINGS_UPDATED=(),
        WORLDINFO_FORCE_ACTIVATE=(_PLACE,),
        WORLDINFO_ENTRIES_LOADED=("how many entries: globalLore, characterLore, chatLore, personaLore",),
        WORLDINFO_SCAN_DONE=(
            "state (current, next, loopCount), budget (current, overflowed), and how many entries: "
            "new (all, successful), activated (entries)",
        ),
    ),
    *_rows(
        "media",
        "read",
        IMAGE_SWIPED=("direction",),
        FILE_ATTACHMENT_DELETED=("its address",),
        MEDIA_ATTACHMENT_DELETED=("its address",),
        FORCE_SET_BACKGROUND=("path",),
        TTS_JOB_STARTED=("messageId, characterName, text, voiceId",),
        TTS_AUDIO_READY=("messageId, characterName, text, voiceId, mimeType",),
        TTS_JOB_COMPLETE=("messageId, characterName",),
    ),
    *_rows(
        "app",
        "read",
        APP_INITIALIZED=(),
        APP_READY=(),
        EXTENSIONS_FIRST_LOAD=(),
        EXTRAS_CONNECTED=("the modules",),
        MOVABLE_PANELS_RESET=(),
    ),
)

EVENTS: Final[dict[str, EventSpec]] = {spec.name: spec for spec in _SPECS}

PREFIX: Final = "events:"
_ALL: Final = "*"


def names_of(topics: Iterable[str]) -> frozenset[str]:
    """The names of the events that some topics stand for. A category has its name before any event of that name."""
    wanted = {topic.removeprefix(PREFIX) for topic in topics if topic.startswith(PREFIX)}
    groups = {spec.category for spec in EVENTS.values()} | {_ALL}
    known = {spec.name for spec in EVENTS.values() if not spec.alias and (_ALL in wanted or spec.category in wanted)}
    return frozenset(known | wanted - groups)
