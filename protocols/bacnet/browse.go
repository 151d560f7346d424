package bacnet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

const (
	browsing = 10 * time.Second // how long a device may take with an answer to a browser
	pageSize = 200              // objects of a type in one folder
)

// place is what an address of a browse names: [device:N/]TYPE[/PAGE], parts of which may be missing.
type place struct {
	device *peer // nil: of all
	kind   wire.ObjectType
	page   int // from 1; 0: no type is named
}

// Browse is described at protocols.Browser. The root is the devices that are known behind the socket, where they are several;
// below each are the types of its objects, and below those the objects, in pages.
func (s *session) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	known, err := s.acquainted(ctx)
	if err != nil {
		return err
	}
	at, ok := placeOf(address, known)
	if !ok {
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("browse %.60q: want an address that a browse of what is above has told", address)}
	}
	if at.device == nil {
		for _, instance := range slices.Sorted(maps.Keys(known)) {
			name := wire.NewObjectID(wire.Device, instance).String()
			found(protocols.Item{Address: name, Name: name, Folder: true})
		}
		return nil
	}
	d := &device{name: at.device.id.String(), options: &DeviceOptions{Timeout: browsing, Retries: 1}, peer: at.device}
	objects, err := s.objects(ctx, d)
	if err != nil {
		return err
	}
	if at.page == 0 {
		folders(address, objects, found)
		return nil
	}
	mine := slices.DeleteFunc(objects, func(o wire.ObjectID) bool { return o.Type() != at.kind })
	from := min((at.page-1)*pageSize, len(mine))
	return s.describe(ctx, d, mine[from:min(from+pageSize, len(mine))], found)
}

// acquainted returns the devices that were met; the one at the end of the link itself where none was.
func (s *session) acquainted(ctx context.Context) (map[uint32]*peer, error) {
	s.mutex.Lock()
	known := maps.Clone(s.known)
	s.mutex.Unlock()
	if len(known) > 0 || s.options.Foreign > 0 {
		return known, nil
	}
	d := &device{name: "at " + where(s.link.Far()), options: &DeviceOptions{Instance: wire.MaxInstance, Timeout: browsing, Retries: 1}}
	if err := s.meet(ctx, d, false); err != nil {
		return nil, err
	}
	return map[uint32]*peer{d.peer.id.Instance(): d.peer}, nil
}

// placeOf returns what an address names.
func placeOf(address string, known map[uint32]*peer) (p place, ok bool) {
	parts := strings.Split(address, "/")
	if name, isDevice := strings.CutPrefix(parts[0], "device:"); isDevice {
		n, err := strconv.ParseUint(name, 10, 22)
		if p.device = known[uint32(n)]; err != nil || p.device == nil {
			return p, false
		}
		parts = parts[1:]
	} else if len(known) == 1 {
		for _, p.device = range known {
		}
	}
	if len(parts) == 0 || address == "" {
		return p, true
	}
	if p.kind, ok = wire.ParseObjectType(parts[0]); !ok || p.device == nil || len(parts) > 2 {
		return p, false
	}
	p.page = 1
	if len(parts) == 2 {
		n, err := strconv.Atoi(parts[1])
		p.page = n
		return p, err == nil && n > 0 && n <= protocols.MaxBrowsed
	}
	return p, true
}

// folders tells the types that there are objects of, in pages.
func folders(address string, objects []wire.ObjectID, found func(protocols.Item)) {
	if address != "" {
		address += "/"
	}
	for len(objects) > 0 {
		kind := objects[0].Type()
		end := slices.IndexFunc(objects, func(o wire.ObjectID) bool { return o.Type() != kind })
		if end < 0 {
			end = len(objects)
		}
		for page := 0; page*pageSize < end; page++ {
			at := address + kind.String()
			name := fmt.Sprintf("%v, %d", kind, min(end-page*pageSize, pageSize))
			if page > 0 {
				at += "/" + strconv.Itoa(page+1)
			}
			found(protocols.Item{Address: at, Name: name, Folder: true})
		}
		objects = objects[end:]
	}
}

// objects returns the device's list of objects, sorted: as a whole, or where that is too long for it, in elements.
func (s *session) objects(ctx context.Context, d *device) ([]wire.ObjectID, error) {
	list := wire.Reference{Object: d.peer.id, Property: wire.ObjectList}
	counted, err := s.readProperty(ctx, d, list, false)
	if refused, isRefused := isRefusal(err); isRefused {
		return nil, refusalOf("read the list of objects of "+d.name, refused)
	}
	if err != nil {
		return nil, err
	}
	if len(counted) != 1 || counted[0].Number > protocols.MaxBrowsed {
		return nil, protocols.TooMany("browse " + d.name)
	}
	whole := list
	whole.Index = wire.NoIndex
	values, err := s.readProperty(ctx, d, whole, false)
	if _, isRefused := isRefusal(err); isRefused {
		values, err = s.elements(ctx, d, list, uint32(counted[0].Number))
	}
	if err != nil {
		return nil, err
	}
	objects := make([]wire.ObjectID, 0, len(values))
	for _, v := range values {
		if v.Type == wire.Object {
			objects = append(objects, wire.ObjectID(v.Number))
		}
	}
	slices.Sort(objects)
	return objects, nil
}

// elements returns the elements of an array.
func (s *session) elements(ctx context.Context, d *device, array wire.Reference, count uint32) (values []wire.Value, err error) {
	references := make([]wire.Reference, count)
	for i := range references {
		references[i] = array
		references[i].Index = uint32(i + 1)
	}
	results, err := s.readAll(ctx, d, references)
	for _, r := range references {
		values = append(values, results[r].values...)
	}
	return values, err
}

// readAll reads properties, as many at once as the device bears.
func (s *session) readAll(ctx context.Context, d *device, references []wire.Reference) (map[wire.Reference]result, error) {
	const most = 60
	all := make(map[wire.Reference]result, len(references))
	for n := most; len(references) > 0; {
		part := references[:min(n, len(references))]
		if d.single || len(part) == 1 {
			values, err := s.readProperty(ctx, d, part[0], false)
			refused, isRefused := isRefusal(err)
			if err != nil && !isRefused {
				return all, err
			}
			all[part[0]] = result{values, refused}
			references = references[1:]
			continue
		}
		results, err := s.readMultiple(ctx, d, part)
		refused, isRefused := isRefusal(err)
		switch {
		case isRefused:
			d.single = refused.IsUnknownService()
			n = (len(part) + 1) / 2
		case err != nil:
			return all, err
		default:
			maps.Copy(all, results)
			references = references[len(part):]
		}
	}
	return all, nil
}

// describe tells what objects are called, what they hold, and in which unit.
func (s *session) describe(ctx context.Context, d *device, objects []wire.ObjectID, found func(protocols.Item)) error {
	of := func(o wire.ObjectID, p wire.Property) wire.Reference {
		return wire.Reference{Object: o, Property: p, Index: wire.NoIndex}
	}
	var references []wire.Reference
	for _, o := range objects {
		references = append(references, of(o, wire.ObjectName), of(o, wire.PresentValue), of(o, wire.Units))
	}
	results, err := s.readAll(ctx, d, references)
	if err != nil {
		return err
	}
	for _, o := range objects {
		item := protocols.Item{Address: o.String(), Name: o.String()}
		if name := results[of(o, wire.ObjectName)].values; len(name) == 1 {
			item.Name = name[0].Text
		}
		present := of(o, wire.PresentValue)
		if got := results[present]; got.refused == nil && got.values != nil {
			item.Value = valueOf(present, got.values)
			item.Type = typeNames()[typeOf(present)]
		} else {
			item.Address += "." + wire.ObjectName.String()
			item.Value = tag.StringOf(item.Name)
		}
		if unit := results[of(o, wire.Units)].values; len(unit) == 1 && unit[0].Number != noUnits {
			item.Unit = wire.UnitName(unit[0].Number)
		}
		item.Writable = isCommanded(o.Type())
		found(item)
	}
	return nil
}

// noUnits is the unit of what has none (BACnetEngineeringUnits).
const noUnits = 95

// isCommanded reports whether objects of a type are there to be written.
func isCommanded(t wire.ObjectType) bool {
	switch t {
	case wire.AnalogOutput, wire.AnalogValue, wire.BinaryOutput, wire.BinaryValue, wire.MultiStateOutput, wire.MultiStateValue,
		wire.IntegerValue, wire.PositiveInteger, wire.LargeAnalogValue, wire.CharacterString:
		return true
	default:
		return false
	}
}
