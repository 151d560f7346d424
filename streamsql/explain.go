package streamsql

// Explain returns the plan of the query as a text, a step a line; see
// docs/reference/sql.md. What rules on one stream share is told by
// Group.Sharing.
func (q *Query) Explain() string { return q.plan.Explain() }
