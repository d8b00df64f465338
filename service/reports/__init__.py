"""What people take away from the service: check reports as HTML, PDF and JSON, lists as spreadsheets.

Small ones are answered at once; what takes pixels, fonts or many rows is a job whose file can be fetched for some days.
"""
