package node

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
)

func TestDamageIsToldOnceForEachTimeThatThereIsMore(t *testing.T) {
	var w diskWatch
	now := time.Unix(0, 0)
	for i, step := range []struct {
		files  int
		blocks int64
		told   int
	}{{0, 0, 0}, {1, 0, 1}, {1, 0, 0}, {1, 3, 1}, {2, 4, 2}, {2, 4, 0}} {
		told := w.look(now, log.Stats{Quarantined: step.files}, history.Stats{Damaged: step.blocks}, 0)
		if len(told) != step.told {
			t.Errorf("look %d tells %q", i, told)
		}
	}
}

func TestMoreThanTheBudgetIsToldOnceADay(t *testing.T) {
	var w diskWatch
	var told []string
	began := time.Unix(0, 0)
	for minute := range 2 * 24 * 60 { // 10 GB a day, half of it by the history
		written := int64(minute) * 5e9 / (24 * 60)
		told = append(told, w.look(began.Add(time.Duration(minute)*time.Minute), log.Stats{Written: written}, history.Stats{Written: written}, 9e9)...)
	}
	if len(told) != 2 || !strings.Contains(told[0], "10.0 GB a day") {
		t.Errorf("told %q", told)
	}
	if perDay := w.perDay(); perDay < 9.9e9 || perDay > 10.1e9 {
		t.Errorf("%d a day", perDay)
	}
}

func TestThePaceIsThatOfTheLastHour(t *testing.T) {
	var w diskWatch
	began := time.Unix(0, 0)
	for minute := range 200 {
		written := int64(min(minute, 100)) * 1e6 // it writes for 100 minutes, and then no more
		w.look(began.Add(time.Duration(minute)*time.Minute), log.Stats{Written: written}, history.Stats{}, 0)
	}
	if w.perDay() != 0 {
		t.Errorf("%d a day, an hour after the last write", w.perDay())
	}
}
