UPDATE account SET missing = 3;
