"""Measure the assistant on cases: read them, ask them, score the answers, compare, report and export."""
