/** The product's sign: a bridge. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.6"
      strokeLinecap="round"
    >
      <path d="M3 22h26M6 22v-4a10 10 0 0 1 20 0v4M16 8v14M11 22v-7M21 22v-7" />
    </svg>
  );
}
