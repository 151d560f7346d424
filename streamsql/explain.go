package streamsql

import "github.com/holdfast-edge/holdfast/streamsql/plan"

// Lookup is a lookup table that a query asks, and by what.
type Lookup = plan.Lookup

// Lookups returns the lookup tables that the query asks.
func (q *Query) Lookups() []Lookup { return q.plan.Lookups() }

// Explain returns the plan of the query as a text, a step a line; see
// docs/reference/sql.md. It is that of a run whose Options have this EventTime.
// What rules on one stream share is told by Group.Sharing.
func (q *Query) Explain(eventTime bool) string { return q.plan.Explain(eventTime) }
