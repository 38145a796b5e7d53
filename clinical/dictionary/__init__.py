"""What a study collects: visits, forms, items, code lists, checks. Django-free: a notebook can read a dictionary."""
