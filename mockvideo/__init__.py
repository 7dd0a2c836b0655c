"""A local stand-in for the video-generation APIs an application pays for."""

__version__ = "0.1.0"
