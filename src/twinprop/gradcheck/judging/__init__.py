"""What was measured is judged: mistakes, and what is none.

`checking` is the check for given inputs, `readings` are other ways to see what was wrong, `conventions` and
`penalties` what is a matter of taste, `other_costs` which loss is not meant, and `unchecked` what was not looked at.
"""
