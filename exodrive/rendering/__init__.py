"""What leaves the house on paper or by mail, in words: money, dates, prices, policies, letters and PDFs."""
