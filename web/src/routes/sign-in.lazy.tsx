import { createLazyRoute } from '@tanstack/react-router';
import { SignIn } from '../features/sign-in/sign-in.tsx';

export const Route = createLazyRoute('/sign-in')({ component: SignInPage });

function SignInPage() {
  const { next, error } = Route.useSearch();
  return <SignIn next={next} refusedBy={error} />;
}
