"""What pictures are wrapped in, read byte by byte. Pure.

Metadata is taken off here so that not one pixel changes: EXIF (with the place a photograph was
taken), XMP, comments and text chunks (ComfyUI writes prompt and workflow there) go; what decides
how pixels look (colour profile, gamma, transparency, animation) stays. Whatever follows a
picture's own end goes too: phones append films there.
"""
