import { createTheme, type MantineColorsTuple } from '@mantine/core';

const slate: MantineColorsTuple = [
  '#e3e8ef',
  '#c3ccd8',
  '#94a1b3',
  '#6c798c',
  '#394454',
  '#2b3442',
  '#1c232d',
  '#12171e',
  '#0d1117',
  '#090c11',
];

const steel: MantineColorsTuple = [
  '#edf3fb',
  '#d8e4f4',
  '#aec8ea',
  '#81a9e0',
  '#5b8fd8',
  '#427ed3',
  '#3374cf',
  '#2463b8',
  '#1a57a5',
  '#0b4a92',
];

/** Dense and quiet: small type, thin lines, colour only where it means something. */
export const theme = createTheme({
  primaryColor: 'steel',
  primaryShade: { light: 7, dark: 6 },
  colors: { dark: slate, steel },
  fontFamily: 'Inter, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, system-ui, sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.25rem', lineHeight: '1.35' }, h2: { fontSize: '0.875rem', lineHeight: '1.4' } },
  },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
});
