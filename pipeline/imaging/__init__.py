"""From uploaded pixels to a page that can be read: upright, flat, evenly lit, seal ink set aside, and judged."""
