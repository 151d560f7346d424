package reconcile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Gate is what a configuration must show before it is confirmed.
type Gate struct {
	// Window is how long it is tried; 0 judges it at once.
	Window time.Duration `json:"window_ns"`
	// Good is the least share of tags that must be Good at the end, of those that
	// were Good before or are new.
	Good float64 `json:"good"`
	// Failed is the largest share of a rule's rows that may fail.
	Failed float64 `json:"failed"`
	// Restarts is how many restarts of actors are borne.
	Restarts int `json:"restarts"`
}

// Hopeless lists what cannot get better within the window: it ends the trial at
// once.
func (g Gate) Hopeless(before, now Health) (sick []string) {
	if n, worst := restarts(before, now); n > g.Restarts {
		sick = append(sick, fmt.Sprintf("actors restarted %d times, most often %s; %d are borne", n, worst, g.Restarts))
	}
	for _, path := range slices.Sorted(maps.Keys(now.Alarms)) {
		if _, was := before.Alarms[path]; !was {
			sick = append(sick, fmt.Sprintf("%s raised an alarm: %s", path, now.Alarms[path]))
		}
	}
	return sick
}

// Judge lists what is worse at the end of the window than it was before the
// change, worse than the gate allows. A node that passes has nothing listed.
func (g Gate) Judge(before, now Health) []string {
	sick := g.Hopeless(before, now)
	sick = append(sick, g.tags(before, now)...)
	sick = append(sick, g.rules(before, now)...)
	for _, path := range slices.Sorted(maps.Keys(now.Links)) {
		if before.Links[path] && !now.Links[path] {
			sick = append(sick, path+" delivered before the change and does not now")
		}
	}
	for _, t := range now.Trouble {
		if !slices.Contains(before.Trouble, t) {
			sick = append(sick, t)
		}
	}
	return sick
}

// named is how many names an explanation lists.
const named = 5

// tags counts those that were Good before or are new: a device that was away
// before the change says nothing about it.
func (g Gate) tags(before, now Health) []string {
	counted := 0
	var bad []string
	for name, good := range now.Tags {
		if was, known := before.Tags[name]; known && !was {
			continue
		}
		counted++
		if !good {
			bad = append(bad, name)
		}
	}
	if counted == 0 || float64(counted-len(bad)) >= g.Good*float64(counted) {
		return nil
	}
	slices.Sort(bad)
	list := strings.Join(bad[:min(len(bad), named)], ", ")
	if len(bad) > named {
		list += ", …"
	}
	return []string{fmt.Sprintf("%d of %d tags are Bad that were Good or are new; at least %.0f %% must be Good: %s",
		len(bad), counted, 100*g.Good, list)}
}

func (g Gate) rules(before, now Health) (sick []string) {
	for _, name := range slices.Sorted(maps.Keys(now.Rows)) {
		was, is := before.Rows[name], now.Rows[name]
		in, failed := is.In-was.In, is.Failed-was.Failed
		if failed > 0 && float64(failed) > g.Failed*float64(in) {
			sick = append(sick, fmt.Sprintf("rule %s failed on %d of %d rows", name, failed, in))
		}
	}
	return sick
}

// restarts counts those since before, and names the actor that had most.
func restarts(before, now Health) (total int, worst string) {
	most := 0
	for _, path := range slices.Sorted(maps.Keys(now.Restarts)) {
		n := now.Restarts[path] - before.Restarts[path]
		if n < 0 { // it is another actor under the old one's path
			n = now.Restarts[path]
		}
		total += n
		if n > most {
			most, worst = n, path
		}
	}
	return total, worst
}
