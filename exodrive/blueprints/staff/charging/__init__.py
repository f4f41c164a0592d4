"""What is charged beside the price: on the return, weeks later, and from files of tolls."""
