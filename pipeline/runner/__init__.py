"""The composition root: build the parts and run the stages.

Everything that meets, meets here; nothing of a part's own work is done here.
"""
