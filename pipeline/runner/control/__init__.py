"""Heed what people say of a run from another shell."""
