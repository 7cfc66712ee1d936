UPDATE account SET sending_reports = 0;
