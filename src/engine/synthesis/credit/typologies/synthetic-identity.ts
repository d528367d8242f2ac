import { Kind, STAYS, Trait } from '../application.js';
import { type Typology } from './script.js';

/**
 * A ring files under several made-up or borrowed identities: the files are thin but without a fault, since they were
 * groomed; telephones, a device or an address are shared, though not all by all. Some months in, the ring leaves.
 */
export const syntheticIdentity: Typology = {
  kind: Kind.SyntheticIdentity,
  name: 'SYNTHETIC_IDENTITY',
  title: 'Synthetic identities',
  description:
    'Several identities with thin, well-groomed files share devices, telephones or an address; they pay for some months and then all stop.',
  play(credit) {
    const { stream, next } = credit;
    credit.begin();
    const { device, phone, address } = next;
    const size = 2 + stream.below(5);
    let time = credit.onset;
    const leaves = 1 + stream.below(6);
    for (let identity = 0; identity < size; identity += 1) {
      if (identity > 0) credit.begin();
      next.time = time;
      next.kind = Kind.SyntheticIdentity;
      next.traits = Trait.Groomed | (stream.chance(0.75) ? Trait.ThinFile : 0);
      if (stream.chance(0.45)) next.device = device;
      if (stream.chance(0.3)) next.phone = phone;
      if (stream.chance(0.4)) next.address = address;
      next.goneAfter = stream.chance(0.88) ? leaves + stream.below(3) : STAYS;
      if (!credit.apply()) return;
      time += 7_200 + Math.floor(stream.exponential(3 * 86_400));
    }
  },
};
