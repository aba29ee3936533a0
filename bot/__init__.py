"""Linshao 邻哨: the assistant's own floors."""
