"""St. Elmo General: an invented hospital, its simulated day, and devices that speak the wire protocols.

Only :mod:`hospital.demo.seed` and :mod:`hospital.demo.accounts` touch the database, to create places,
the catalogue, equipment, endpoints and accounts. What moves afterwards is learned through sockets.
"""
