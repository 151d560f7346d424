package ekuiper

import (
	"strconv"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// rule writes a rule.
func (m *migration) rule(r *rule) {
	origin := r.Origin
	node := migrate.Map(&origin).Text("name", r.name)
	text := m.rename(r.text, r.query)
	if text != r.text {
		m.report.Changed(r.Place("sql"), r.text, text, "the names that its streams have here, with their own as aliases")
	}
	node.Text("dialect", "ekuiper").Text("sql", text)
	m.options(r, node)
	to := migrate.List()
	for i := range r.actions {
		if target := m.action(r, &r.actions[i]); target != nil {
			to.Add(target)
		}
	}
	if len(to.Items()) > 0 {
		node.Put("to", to)
	}
	r.Ask("id", "version", "createdAt", "updatedAt")
	if called := r.Text("name"); called != "" && called != r.name {
		m.report.Moot(r.Place("name"), "a rule has no second name: its own is "+r.name)
	}
	r.Ask("name")
	r.Rest(ruleReason)
	m.add("rules", node)
	m.report.Taken(r.Origin)
}

func ruleReason(key string) (reason string, moot bool) {
	switch key {
	case "tags":
		return "rules have no tags", true
	case "temp":
		return "try a rule with holdfast sql --try", true
	}
	return "", false
}

// options reads what a rule is told beside its text.
func (m *migration) options(r *rule, node *migrate.Node) {
	o := r.options
	if o == nil {
		return
	}
	if o.Flag("isEventTime", false) {
		node.Text("time", "event")
		if late := milliseconds(o, "lateTolerance"); late > 0 {
			node.Duration("lateness", min(late, 24*time.Hour))
		}
	} else {
		o.Ask("lateTolerance") // says nothing in processing time
	}
	if o.Int("qos", 0) > 0 {
		every := milliseconds(o, "checkpointInterval")
		if every <= 0 {
			every = 5 * time.Minute
		}
		node.Duration("checkpoint", min(max(every, time.Second), 24*time.Hour))
		m.report.Changed(o.Place("qos"), "qos "+o.Text("qos"), "checkpoint", "a rule's state is kept; durable: true also reads again what came since, where its input is logged")
	}
	o.Ask("checkpointInterval")
	if o.Flag("sendMetaToSink", false) {
		m.report.LeftOut(o.Place("sendMetaToSink"), "select meta(*) AS __meta to send what is known of a message")
	}
	for _, key := range []string{"cron", "duration", "cronDatetimeRange"} {
		if o.Text(key) == "" {
			o.Ask(key)
			continue
		}
		m.report.Hand(o.Place(key), "a rule runs always here: put the time into WHERE, as in hour(now()) BETWEEN 6 AND 21")
	}
	o.Rest(optionReason)
}

func optionReason(key string) (reason string, moot bool) {
	switch key {
	case "concurrency", "bufferLength", "planOptimizeStrategy", "enableRuleTracer":
		return "rules of one stream are evaluated together, and order is kept", true
	case "sendError", "disableBufferFullDiscard":
		return "an error is no message: it is counted, and shown with its row (docs/rules.md)", true
	case "restartStrategy", "restart":
		return "a rule is restarted by its supervisor", true
	case "debug", "logFilename", "experiment", "sendNilField", "useSliceTuple", "traceStrategy":
		return "it is about how eKuiper runs a rule", true
	}
	return "", false
}

// milliseconds reads a number of milliseconds, or a duration such as 10s.
func milliseconds(o *migrate.Object, key string) time.Duration {
	text := o.Text(key)
	if text == "" {
		return 0
	}
	if d, err := time.ParseDuration(text); err == nil {
		return d
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Duration(n * float64(time.Millisecond))
	}
	return 0
}
