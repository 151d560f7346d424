package streamsql

// Explain returns the plan of the query as a text, a step a line; see
// docs/reference/sql.md. It is that of a run whose Options have this EventTime.
// What rules on one stream share is told by Group.Sharing.
func (q *Query) Explain(eventTime bool) string { return q.plan.Explain(eventTime) }
