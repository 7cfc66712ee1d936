-- Whether the server by which an account sends reports deliveries (RFC 3461), as it said last; NULL: it never said.
ALTER TABLE account ADD COLUMN sending_reports INTEGER CHECK (sending_reports IN (0, 1));
