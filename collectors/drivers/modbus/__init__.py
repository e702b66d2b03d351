"""Modbus in all its transports, through pymodbus's: functions 1 to 4 and 43/14, which read, and no other."""
