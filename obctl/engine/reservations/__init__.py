"""What a person does in Officebooking: reserve, change, cancel, order, decide."""
