"""The assistant inside other pages: a custom element, a page for an iframe, and a sample help page."""
