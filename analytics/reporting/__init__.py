"""What a report says: facts, labels, sentences, tables and the page, all from released numbers."""
