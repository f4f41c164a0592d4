"""The words around the cars that the house writes itself: page texts, questions and answers."""
