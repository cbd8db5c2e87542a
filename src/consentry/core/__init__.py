"""Everything the system can decide, and nothing that touches the world.

Reading order: content, finding, match, law, policy, decide, decision, reasons,
entry, merkle, checkpoint; then consent, report, case, deadline; ports and errors last.
"""
