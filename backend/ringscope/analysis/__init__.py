"""Plots and statistics over runs."""
