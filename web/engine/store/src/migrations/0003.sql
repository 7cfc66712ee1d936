-- The nearest message of a subject is found at once, however many have that subject.
DROP INDEX message_by_subject;
CREATE INDEX message_by_subject ON message (base_subject, is_loose_reply, date) WHERE base_subject <> '';
