# SPDX-License-Identifier: EUPL-1.2
"""Line icons drawn for Bierger on a grid of 24: markup of the paths, by name."""

ICONS = {
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "back": '<path d="M19 12H5M11 18l-6-6 6-6"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "minus": '<path d="M6 12h12"/>',
    "warning": '<path d="M12 4L2.8 20h18.4z"/><path d="M12 10v4.5M12 17.3v.2"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.2"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>',
    "file": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4M9 13h6M9 17h6"/>',
    "seal": '<circle cx="12" cy="9.5" r="6"/><path d="M8.5 14.5L7 21.5l5-2.5 5 2.5-1.5-7"/><path d="M9.6 9.7l1.8 1.8 3-3.2"/>',
    "mail": '<path d="M3.5 6h17v12.5h-17z"/><path d="M3.5 7l8.5 6.5L20.5 7"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.5 2"/>',
    "lock": '<path d="M5.5 11h13v9.5h-13z"/><path d="M8.5 11V7.5a3.5 3.5 0 017 0V11"/>',
    "pin": '<path d="M12 21.5s-7-6.4-7-11.5a7 7 0 0114 0c0 5.1-7 11.5-7 11.5z"/><circle cx="12" cy="10" r="2.5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H3.5V8h17v9H17"/><path d="M7 14h10v6.5H7z"/>',
    "link": '<path d="M10 14a4 4 0 005.7 0l3.5-3.5a4 4 0 00-5.7-5.7L12 6.3"/>'
    '<path d="M14 10a4 4 0 00-5.7 0l-3.5 3.5a4 4 0 005.7 5.7L12 17.7"/>',
    "scales": '<path d="M12 4v16M7 20h10M4 7h16M6.5 7L3.5 14h6zM17.5 7l-3 7h6z"/>',
    "euro": '<path d="M18 6.5A7 7 0 1018 17.5M4 10.5h9M4 13.5h8"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.2M4.5 12h.2M4.5 18h.2"/>',
    "home": '<path d="M4 11l8-7 8 7v9.5H4z"/><path d="M10 20.5v-6h4v6"/>',
    "build": '<path d="M4 20.5V9l8-5 8 5v11.5"/><path d="M8.5 20.5v-7h7v7M8.5 10h7"/>',
    "bubble": '<path d="M4 5h16v11.5h-9L6.5 20.5v-4H4z"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "camera": '<path d="M3.5 7.5h4l1.5-2.5h6l1.5 2.5h4v12h-17z"/><circle cx="12" cy="13" r="3.5"/>',
}
