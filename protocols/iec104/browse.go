package iec104

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// browsing is how long a station may take with an answer to a browser, and how long its silence is its end.
const (
	browsing = 10 * time.Second
	quiet    = time.Second
)

// folder is how a common address is named for Browse.
const folder = "station:"

// Browse is described at protocols.Browser. The root is the stations that answer an interrogation of all; below each are
// the objects that its interrogation, and its request of counters, tell. Whether an object is commanded, no station tells.
func (s *session) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	if address == "" {
		stations, err := s.stations(ctx)
		for _, station := range stations {
			name := strconv.Itoa(int(station))
			found(protocols.Item{Address: folder + name, Name: "station " + name, Folder: true})
		}
		return err
	}
	name, ok := strings.CutPrefix(address, folder)
	station, err := strconv.ParseUint(name, 10, 16)
	if !ok || err != nil || station == 0 || station == apdu.AllStations {
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("browse %.40q: want %sNUMBER", address, folder)}
	}
	return s.browseStation(ctx, uint16(station), found)
}

// browseStation tells the objects of a station, sorted.
func (s *session) browseStation(ctx context.Context, station uint16, found func(protocols.Item)) error {
	items, tooMany := map[uint32]protocols.Item{}, false
	c := &collector{station: station, wanted: func(c apdu.Cause) bool { return c >= apdu.InterrogatedStation && !c.IsUnknown() }}
	c.take = func(a *apdu.ASDU, o apdu.Object, _ time.Time) {
		e := a.Type.Element()
		address := Address(o.Address).String()
		if _, known := items[o.Address]; !known && len(items) >= protocols.MaxBrowsed {
			tooMany = true
			return
		}
		items[o.Address] = protocols.Item{
			Address: address, Name: a.Type.String() + " " + address, Type: typeName(e), Value: valueOf(e, o),
		}
	}
	defer s.listen(c)()
	d := &device{station: station, options: &DeviceOptions{CommandTimeout: browsing}}
	if err := s.survey(ctx, "interrogate station "+stationName(d), d, apdu.Interrogation, apdu.WholeStation, false); err != nil {
		return err
	}
	if err := s.survey(ctx, "ask for counters", d, apdu.CounterInterrogation, apdu.WholeCounters, false); err != nil {
		s.logger.Info("the station tells no counters", "station", station, "error", err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if tooMany {
		return protocols.TooMany("browse " + folder + stationName(d))
	}
	for _, address := range slices.Sorted(maps.Keys(items)) {
		found(items[address])
	}
	return nil
}

// roll notes which stations there are: those that send something.
type roll struct {
	mutex    sync.Mutex
	stations map[uint16]bool
	heard    time.Time
}

// hear notes a station.
func (r *roll) hear(a *apdu.ASDU, now time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.stations[a.Station], r.heard = true, now
}

// list returns the stations, and whether none has been heard for a while.
func (r *roll) list() (stations []uint16, ended bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.Sorted(maps.Keys(r.stations)), len(r.stations) > 0 && time.Since(r.heard) >= quiet
}

// stations interrogates all stations behind the link (101 §7.2.4), and returns those that answered.
func (s *session) stations(ctx context.Context) ([]uint16, error) {
	r := &roll{stations: map[uint16]bool{}}
	defer s.listen(r)()
	const doing = "interrogate all stations"
	c, err := s.begin(ctx, question{station: apdu.AllStations, kind: apdu.Interrogation}, true)
	if err != nil {
		return nil, err
	}
	defer s.end(c, false)
	if err := s.send(ctx, c, apdu.Activation, apdu.Object{Qualifier: apdu.WholeStation}); err != nil {
		return nil, s.judge(doing, err)
	}
	timer := time.NewTimer(browsing)
	defer timer.Stop()
	look := time.NewTicker(quiet / 4)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if stations, ended := r.list(); ended {
				return stations, nil
			}
		case <-timer.C:
			if stations, _ := r.list(); len(stations) > 0 {
				return stations, nil
			}
			return nil, s.judge(doing, errNoAnswer)
		case <-s.group.Done():
			return nil, brokenFault(doing, s.group.Err())
		case <-ctx.Done():
			return nil, s.judge(doing, context.Cause(ctx))
		}
	}
}
