import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Empty, Failure } from '../ui/page-state.tsx';

export function Broken({ error, reset }: ErrorComponentProps) {
  return <Failure what="This page" error={error} retry={reset} />;
}

export function NotFound() {
  return (
    <Empty title="There is nothing at this address">
      It may belong to an organisation you are not a member of. <Link to="/">Go to your queue</Link>.
    </Empty>
  );
}
