package uplink

import (
	"time"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// Spec is the uplink as a child of the node. The telemetry is added below it by whoever has the log.
func Spec(env Env) supervisor.Spec {
	return supervisor.Spec{Name: "uplink", Kind: "group", New: supervisor.Group(
		commandsSpec(env),
		tunnelsSpec(env),
		controlSpec(env),
		supervisor.Spec{
			Name: "certificate", Kind: "service", New: supervisor.Service(env.renew),
			Policy: supervisor.Policy{Exhausted: supervisor.Alarm, Slow: time.Hour},
		},
	)}
}
