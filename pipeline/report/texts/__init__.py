"""The report's words, in Chinese and in English."""
