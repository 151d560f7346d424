package supervisor

import (
	"context"
	"log/slog"
)

// logCapacity is how many events the log may lag behind.
const logCapacity = 1024

// logEvents writes the events to the log until the subscription is closed.
func logEvents(log *slog.Logger, sub *Subscription) {
	for e := range sub.Events() {
		h := e.Header()
		attrs := []slog.Attr{slog.String("path", h.Path), slog.String("kind", h.Kind), slog.String("event", e.String())}
		if stack := eventStack(e); stack != "" {
			attrs = append(attrs, slog.String("stack", stack))
		}
		log.LogAttrs(context.Background(), levelOf(e), "supervision", attrs...)
	}
	if n := sub.Dropped(); n > 0 {
		log.Warn("supervision events not logged", slog.Int64("count", n))
	}
}

func levelOf(e Event) slog.Level {
	switch e := e.(type) {
	case Failed, AlarmRaised, Escalated, GoroutinePanicked, PanickedEnding:
		return slog.LevelError
	case Rejected:
		if e.Ending {
			return slog.LevelDebug
		}
		return slog.LevelWarn
	case StateChanged:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func eventStack(e Event) string {
	switch e := e.(type) {
	case Failed:
		return e.Stack
	case GoroutinePanicked:
		return e.Stack
	case PanickedEnding:
		return e.Stack
	}
	return ""
}
