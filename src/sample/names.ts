/** First and family names the company's people are drawn from. */
export const firstNames = (
  'Amara Owen Priya Tomasz Helena Callum Yusuf Ingrid Marcus Fiona Dilip Sofia Gareth Naomi Pieter Leila Rhys Beatriz Hamish Chloe ' +
  'Kofi Elena Stuart Mei Adrian Zainab Lewis Katrin Omar Bethan Rafael Joanna Declan Anika Victor Molly Sanjay Greta Ewan Carmen ' +
  'Jakub Tamsin Idris Nadia Frank Aoife Luca Shreya Angus Petra Emeka Lydia Conor Mina Harvey Agnes Ravi Judith Simon Alma'
).split(' ');

export const familyNames = (
  'Okafor Bennett Raman Kowalski Lindqvist Mercer Demir Halvorsen Tate Gallagher Patel Moreira Pryce Adler Visser Haddad Bowen Santos ' +
  'Drummond Whitlock Mensah Petrova Lockhart Zhang Corbett Siddiqui Hargreaves Braun Farouk Llewellyn Ortega Nowak Byrne Kapoor Castell ' +
  'Ashworth Iyer Holm Sinclair Vega Novak Penrose Rahman Kaur Whittaker Doyle Romano Menon Fraser Szabo Eze Thorne Keane Tanaka Ellison ' +
  'Varga Chandra Blackwood Reeve Solberg'
).split(' ');

const openings =
  'north silver clear bright stone harbor cedar metro prime blue swift open true vital nova terra alto core west peak'.split(
    ' ',
  );
const closings =
  'gate works labs point line cast grid metrics supply desk cloud media survey build print forge data track hub systems'.split(
    ' ',
  );
const endings = ['com', 'com', 'com', 'net', 'io', 'co.uk', 'co', 'org', 'eu'];

/** Domain names of the world outside: small firms, blogs, trackers. Good and bad ones come from the same hat. */
export function outsideDomain(random: {
  pick<T>(items: readonly T[]): T;
  int(low: number, high: number): number;
}): string {
  const tail = random.int(0, 5) === 0 ? `-${random.pick(closings)}` : '';
  return `${random.pick(openings)}${random.pick(closings)}${tail}.${random.pick(endings)}`;
}
