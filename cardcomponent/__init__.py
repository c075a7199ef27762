"""The reader component beside the browser: lets listed web pages have a real card sign, over PC/SC and PKCS#11.

A program of its own, for the person's computer. It knows the service by its HTTP alone and imports nothing of it.
"""
