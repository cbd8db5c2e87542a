"""The gate: one file for each dialect in which a program may ask for an image.

What all of them share is in `door` (who asks, which pictures, and the one call into the flow),
`release` (the only way from what was judged to what is sent) and `held` (a stream that keeps its
client waiting and says nothing until everything is judged).
"""
